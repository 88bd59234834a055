// Puts the chat on a page: <script src="https://chat.example/widget.js" defer></script>
// data-label: what the button says; data-into: a CSS selector of the element that the chat is to fill, without a button.
(() => {
  "use strict";
  const script = document.currentScript;
  const address = new URL(".", script.src).href;
  const label = script.dataset.label || "Ask the articles";

  function frame() {
    const made = document.createElement("iframe");
    made.src = address;
    made.title = label;
    made.style.cssText = "border:0;width:100%;height:100%;display:block;background:#fff";
    return made;
  }

  function begin() {
    const into = script.dataset.into && document.querySelector(script.dataset.into);
    if (into) into.append(frame());
    else floating();
  }

  // In a shadow tree, so that the page's styles and ours leave each other alone.
  function floating() {
    const host = document.createElement("div");
    host.dataset.articleAssistant = "";
    const root = host.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = `
      button { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483000; padding: .75rem 1.25rem; border: 0; border-radius: 2rem;
        background: #1d4ed8; color: #fff; font: 600 1rem/1.2 system-ui, sans-serif; cursor: pointer; box-shadow: 0 2px 12px #0004; }
      button:focus-visible { outline: 3px solid #fff; outline-offset: -5px; }
      section { position: fixed; right: 1rem; bottom: 4.5rem; z-index: 2147483000; width: min(30rem, calc(100vw - 2rem));
        height: min(44rem, calc(100vh - 6rem)); overflow: hidden; border-radius: .75rem; background: #fff; box-shadow: 0 4px 32px #0006; }
      section[hidden] { display: none; }`;
    const panel = document.createElement("section");
    panel.hidden = true;
    panel.id = "panel";
    panel.setAttribute("aria-label", label);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", "panel");

    function show(open) {
      if (open && !panel.firstChild) panel.append(frame()); // nothing is loaded before somebody asks
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (!open) button.focus();
    }

    button.addEventListener("click", () => show(panel.hidden));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) show(false);
    });
    root.append(style, panel, button);
    document.body.append(host);
  }

  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
