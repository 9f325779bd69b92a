//! A real Chromium and its tabs.
//!
//! ```ignore
//! let tab = Tab::open("/jobs/job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b");
//! tab.sign_in(&account.key);
//! tab.sees("h1", "Completed with 1 failure");
//! ```
//!
//! Nothing sleeps: what is asserted is looked for until it is there, or [`PATIENCE`] is over.

use crate::{
    PATIENCE,
    traffic::{Reply, Request, Traffic},
};
use chromiumoxide::{
    Browser, Command, Page,
    cdp::{
        browser_protocol::{
            accessibility::QueryAxTreeParams,
            browser::{BrowserContextId, PermissionDescriptor, PermissionSetting, SetPermissionParams},
            dom::{BackendNodeId, GetBoxModelParams, ScrollIntoViewIfNeededParams, SetFileInputFilesParams},
            emulation::{
                MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetFocusEmulationEnabledParams,
            },
            input::{
                DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams, DispatchMouseEventType,
                InsertTextParams, MouseButton,
            },
            network::{EmulateNetworkConditionsByRuleParams, NetworkConditions, OverrideNetworkStateParams},
            page::{EventFileChooserOpened, SetInterceptFileChooserDialogParams},
            target::{CreateBrowserContextParams, CreateTargetParams, DisposeBrowserContextParams, GetTargetsParams},
        },
        js_protocol::runtime::EvaluateParams,
    },
    handler::HandlerConfig,
    keys::get_key_definition,
};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Child, Command as Program, Stdio},
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;
use xtask::{guard, serve::Server, state::State};

const PACE: Duration = Duration::from_millis(25);
/// The bit of an event that says that the key is held.
const CTRL: i64 = 2;

/// What the browser's side of the talk runs on.
pub static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());

/// One for all tests; it ends with the process.
static CHROMIUM: LazyLock<Chromium> = LazyLock::new(Chromium::start);

/// The server whose pages are looked at. Tests change its database below it; see [`crate::Database`].
static SERVER: LazyLock<Server> = LazyLock::new(crate::start);

/// The server that [`Tab::open`] opens.
pub fn server() -> &'static Server {
    &SERVER
}

struct Chromium {
    browser: Browser,
    /// Its standard input holds it alive.
    _guard: Child,
    /// Where its profile is.
    _profile: State,
}

impl Chromium {
    fn start() -> Self {
        let profile = State::scratch().unwrap();
        let folder = profile.folder().join("profile");
        let mut program = Program::new(crate::place("CHROME"));
        program.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]);
        program.args(["--no-first-run", "--disable-background-networking", "--disable-component-update"]);
        program.args(["--disable-sync", "--remote-debugging-port=0", "about:blank"]);
        program.arg(format!("--user-data-dir={}", folder.display()));
        let guard = guard::spawn(&program, (Stdio::null(), Stdio::null())).unwrap();
        let address = until("Chromium listens", || {
            let said = fs::read_to_string(folder.join("DevToolsActivePort")).ok()?;
            let (port, path) = said.split_once('\n')?;
            Some(format!("ws://127.0.0.1:{port}{path}"))
        });
        let config = HandlerConfig { viewport: None, ..HandlerConfig::default() };
        let (browser, mut handler) = RUNTIME.block_on(Browser::connect_with_config(address, config)).unwrap();
        RUNTIME.spawn(async move { while handler.next().await.is_some() {} });
        Self { browser, _guard: guard, _profile: profile }
    }
}

/// A tab in a browser context of its own, so that it shares no storage with another but those that it opened. They are closed when
/// the last of them is dropped.
pub struct Tab {
    page: Page,
    context: Arc<Context>,
    address: String,
    traffic: Traffic,
}

struct Context(BrowserContextId);

impl Tab {
    /// `path` of [`server`], signed out.
    pub fn open(path: &str) -> Self {
        Self::open_at(SERVER.url(), path)
    }

    /// `path` of [`server`], signed in with `key`.
    pub fn signed_in(path: &str, key: &str) -> Self {
        let tab = Self::open(path);
        tab.sign_in(key);
        tab
    }

    /// `path` of the server at `address`.
    pub fn open_at(address: &str, path: &str) -> Self {
        let tab = Self::blank(address);
        tab.go(path);
        tab
    }

    /// One that has not asked `address` for anything yet.
    pub fn blank(address: &str) -> Self {
        let browser = &CHROMIUM.browser;
        let (page, context) = RUNTIME.block_on(async {
            let context = browser.create_browser_context(CreateBrowserContextParams::default()).await.unwrap();
            let mut target = CreateTargetParams::new("about:blank");
            target.browser_context_id = Some(context.clone());
            (browser.new_page(target).await.unwrap(), context)
        });
        Self::of(page, Arc::new(Context(context)), address)
    }

    fn of(page: Page, context: Arc<Context>, address: &str) -> Self {
        let traffic = Traffic::of(&page);
        let tab = Self { page, context, address: address.to_owned(), traffic };
        // Else only one tab at a time would have the keyboard.
        tab.run(SetFocusEmulationEnabledParams::new(true));
        tab.run(SetDeviceMetricsOverrideParams::new(1280, 900, 1.0, false));
        tab
    }

    /// Another tab of the same browser, at `path`.
    pub fn beside(&self, path: &str) -> Self {
        let page = RUNTIME.block_on(async {
            let mut target = CreateTargetParams::new("about:blank");
            target.browser_context_id = Some(self.context.0.clone());
            CHROMIUM.browser.new_page(target).await.unwrap()
        });
        let tab = Self::of(page, self.context.clone(), &self.address);
        tab.go(path);
        tab
    }

    /// Clicks a link with Ctrl held, and returns the tab that this opens.
    #[track_caller]
    pub fn click_into_new_tab(&self, role: &str, name: &str) -> Self {
        let tabs = || {
            let all = RUNTIME.block_on(CHROMIUM.browser.execute(GetTargetsParams::default())).unwrap();
            let ours = all
                .result
                .target_infos
                .into_iter()
                .filter(|it| it.r#type == "page" && it.browser_context_id.as_ref() == Some(&self.context.0));
            ours.map(|it| it.target_id).collect::<Vec<_>>()
        };
        let known = tabs();
        assert!(self.try_click(self.find(role, name), CTRL), "{role} {name:?} cannot be clicked");
        let page = until("a new tab", || {
            let target = tabs().into_iter().find(|target| !known.contains(target))?;
            RUNTIME.block_on(CHROMIUM.browser.get_page(target)).ok()
        });
        Self::of(page, self.context.clone(), &self.address)
    }

    /// Goes to `path`, with all that is in memory gone.
    pub fn go(&self, path: &str) {
        let address = if path.starts_with('/') { format!("{}{path}", self.address) } else { path.to_owned() };
        RUNTIME.block_on(self.page.goto(address)).unwrap();
    }

    /// Fills the sign-in in and sends it.
    pub fn sign_in(&self, key: &str) {
        self.fill("textbox", "API key", key);
        self.click("button", "Sign in");
        self.until("!document.querySelector('[data-screen=sign-in]')");
    }

    /// Sends any command of the DevTools protocol.
    pub fn run<C: Command>(&self, command: C) -> C::Response {
        let name = command.identifier();
        let answer = RUNTIME.block_on(self.page.execute(command));
        answer.unwrap_or_else(|error| panic!("{name}: {error}")).result
    }

    /// What JavaScript on the page comes to, once it is settled.
    pub fn js<T: DeserializeOwned>(&self, expression: &str) -> T {
        let value = self.evaluate(expression).unwrap_or_else(|error| panic!("{error} of {expression}"));
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{error} of {expression}"))
    }

    fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let mut command = EvaluateParams::new(expression);
        (command.return_by_value, command.await_promise, command.user_gesture) = (Some(true), Some(true), Some(true));
        let answer = RUNTIME.block_on(self.page.execute(command)).map_err(|error| error.to_string())?.result;
        match answer.exception_details {
            Some(thrown) => Err(thrown.exception.and_then(|it| it.description).unwrap_or(thrown.text)),
            None => Ok(answer.result.value.unwrap_or_default()),
        }
    }

    /// Waits until JavaScript on the page comes to something that is not false, and returns it.
    #[track_caller]
    pub fn until(&self, expression: &str) -> Value {
        let begin = Instant::now();
        loop {
            let value = self.evaluate(expression);
            match &value {
                Ok(Value::Null | Value::Bool(false)) | Err(_) => {}
                Ok(value) => return value.clone(),
            }
            assert!(begin.elapsed() < PATIENCE, "never: {expression}: {value:?}\non: {}", self.text("body"));
            thread::sleep(PACE);
        }
    }

    /// Waits until `text` is in the first element that `selector` finds.
    #[track_caller]
    pub fn sees(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.until(&format!("document.querySelector({selector})?.textContent.replace(/\\s+/g, ' ').includes({text})"));
    }

    /// The text of the first element that `selector` finds, with white space evened out; empty where there is none.
    pub fn text(&self, selector: &str) -> String {
        let selector = json!(selector);
        self.js(&format!("(document.querySelector({selector})?.innerText ?? '').replace(/\\s+/g, ' ').trim()"))
    }

    /// Waits for the element that has `role` and `name` for a screen reader.
    #[track_caller]
    pub fn find(&self, role: &str, name: &str) -> BackendNodeId {
        let begin = Instant::now();
        loop {
            if let Some(node) = self.look_for(role, name) {
                return node;
            }
            assert!(begin.elapsed() < PATIENCE, "no {role} {name:?} on: {}", self.text("body"));
            thread::sleep(PACE);
        }
    }

    fn look_for(&self, role: &str, name: &str) -> Option<BackendNodeId> {
        let document = RUNTIME.block_on(self.page.execute(EvaluateParams::new("document"))).ok()?.result.result;
        let mut query = QueryAxTreeParams::default();
        (query.object_id, query.role, query.accessible_name) =
            (document.object_id, Some(role.to_owned()), Some(name.to_owned()));
        let found = RUNTIME.block_on(self.page.execute(query)).ok()?;
        let mut nodes = found.result.nodes.into_iter().filter(|node| !node.ignored);
        nodes.find_map(|node| node.backend_dom_node_id)
    }

    /// Clicks, with the mouse, the element that has `role` and `name` for a screen reader.
    #[track_caller]
    pub fn click(&self, role: &str, name: &str) {
        let begin = Instant::now();
        // It may be drawn anew or moved meanwhile.
        while !self.try_click(self.find(role, name), 0) {
            assert!(begin.elapsed() < PATIENCE, "{role} {name:?} cannot be clicked");
        }
    }

    fn try_click(&self, node: BackendNodeId, modifiers: i64) -> bool {
        let scroll = ScrollIntoViewIfNeededParams { backend_node_id: Some(node), ..Default::default() };
        let of = GetBoxModelParams { backend_node_id: Some(node), ..Default::default() };
        let place = RUNTIME.block_on(async {
            self.page.execute(scroll).await?;
            self.page.execute(of).await
        });
        let Ok(place) = place else { return false };
        let corners = place.result.model.border.inner();
        let middle = |at: usize| (corners[at] + corners[at + 4]) / 2.0;
        for kind in [DispatchMouseEventType::MousePressed, DispatchMouseEventType::MouseReleased] {
            let mut event = DispatchMouseEventParams::new(kind, middle(0), middle(1));
            (event.button, event.click_count) = (Some(MouseButton::Left), Some(1));
            event.modifiers = Some(modifiers);
            self.run(event);
        }
        true
    }

    /// Waits for an element that has no name of its own, and clicks it.
    #[track_caller]
    pub fn click_on(&self, selector: &str) {
        let found = format!("document.querySelector({})", json!(selector));
        self.until(&format!("{found} && ({found}.click(), true)"));
    }

    /// Puts `text` in place of what is in a box.
    #[track_caller]
    pub fn fill(&self, role: &str, name: &str, text: &str) {
        self.click(role, name);
        self.js::<Value>("document.activeElement.select()");
        self.type_text(text);
    }

    /// Types `text` where the keyboard is, all at once.
    pub fn type_text(&self, text: &str) {
        self.run(InsertTextParams::new(text));
    }

    /// Presses keys, one after the other, by their names: `Enter`, `Tab`, `j`, `?`.
    pub fn press(&self, keys: &[&str]) {
        for name in keys {
            let key = get_key_definition(name).unwrap_or_else(|| panic!("no key {name}"));
            for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
                let mut event = DispatchKeyEventParams::new(kind.clone());
                event.key = Some(key.key.to_owned());
                event.code = Some(key.code.to_owned());
                event.windows_virtual_key_code = Some(key.key_code);
                let text = key.text.or((key.key.len() == 1).then_some(key.key));
                event.text = text.filter(|_| kind == DispatchKeyEventType::KeyDown).map(str::to_owned);
                self.run(event);
            }
        }
    }

    /// What has been asked of the API so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.traffic.requests()
    }

    /// Waits until the API has been asked as `wanted` says, and returns the requests.
    #[track_caller]
    pub fn until_asked(&self, wanted: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        until("the API is asked", || Some(self.requests()).filter(|requests| wanted(requests)))
    }

    /// From here on `reply` decides about each request to the API by its path.
    pub fn answer(&self, reply: impl FnMut(&str) -> Reply + Send + 'static) {
        self.traffic.answer(&self.page, reply);
    }

    /// Makes the page believe that so many seconds more have passed.
    pub fn advance(&self, seconds: f64) {
        self.js::<Value>(&format!(
            "{{ const real = Date.now.bind(Date); Date.now = () => real() + {seconds} * 1000; null }}"
        ));
    }

    /// Makes the page ask now, as it does when the network comes back.
    pub fn nudge(&self) {
        self.js::<Value>("{ window.dispatchEvent(new Event('online')); null }");
    }

    /// Has the system want something, as CSS asks for it: `prefers-color-scheme` to be `dark`. All else is as it comes.
    pub fn prefer(&self, feature: &str, value: &str) {
        let feature = MediaFeature::new(feature, value);
        self.run(SetEmulatedMediaParams { features: Some(vec![feature]), ..Default::default() });
    }

    /// Presses Enter, and gives what that asks for a file the one at `path`.
    pub fn choose(&self, path: &Path) {
        let intercept = |enabled| self.run(SetInterceptFileChooserDialogParams::new(enabled));
        let mut opened = RUNTIME.block_on(self.page.event_listener::<EventFileChooserOpened>()).unwrap();
        intercept(true);
        self.press(&["Enter"]);
        let asks = RUNTIME.block_on(async { tokio::time::timeout(PATIENCE, opened.next()).await });
        let asks = asks.expect("nothing asks for a file").unwrap();
        let mut files = SetFileInputFilesParams::new(vec![path.to_string_lossy().into_owned()]);
        files.backend_node_id = asks.backend_node_id;
        self.run(files);
        intercept(false);
    }

    /// Allows something that a page asks its reader for: `notifications`, `clipboard-write`.
    pub fn allow(&self, permission: &str) {
        let mut set = SetPermissionParams::new(PermissionDescriptor::new(permission), PermissionSetting::Granted);
        set.browser_context_id = Some(self.context.0.clone());
        RUNTIME.block_on(CHROMIUM.browser.execute(set)).unwrap();
    }

    /// Takes the network away, or gives it back.
    pub fn take_offline(&self, offline: bool) {
        self.run(EmulateNetworkConditionsByRuleParams::new(offline, vec![NetworkConditions::new("", 0.0, -1.0, -1.0)]));
        self.run(OverrideNetworkStateParams::new(offline, 0.0, -1.0, -1.0));
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // A browser that is gone has closed it.
        let _ = RUNTIME.block_on(CHROMIUM.browser.execute(DisposeBrowserContextParams::new(self.0.clone())));
    }
}

/// Waits until `look` finds something.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "not within {} s: {what}", PATIENCE.as_secs());
        thread::sleep(PACE);
    }
}
