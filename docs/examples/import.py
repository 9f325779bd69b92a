import time
from korely_memory import Korely

client = Korely()  # KORELY_API_KEY and KORELY_BASE_URL
job = client.batch([{"content": "Ada prefers tea", "user_id": "ada"}, {"content": " "}])
while job.status not in ("completed", "failed"):
    time.sleep(1)
    job = client.batch_status(job.id)
print(f"{job.imported} of {job.received} landed")
for error in job.errors:
    print(f"memory {error['index']}: {error['error']}")
