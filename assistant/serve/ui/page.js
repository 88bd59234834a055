// Runs once for each of our HTML parts; `element`, `trigger`, `watch` and `upload` come from Gradio, EVENTS from the server.
// What has `data-do` goes to the server, with all its data and that of its form.
const say = (text, html) => window.dispatchEvent(new CustomEvent('say', { detail: { text, html } }));
const ASKS = ['example', 'retry'];
const act = (name, data = {}) => {
  if (!EVENTS.includes(name)) return;
  if (!ASKS.includes(name)) trigger(name, { ...data });
  else window.asked(data.text).then(() => trigger(name, { ...data }));
};
// Kept until the page has arrived: what an address or a kept conversation brings would lie over what was asked before it.
const arrival = () => {
  if (!window.arrival) {
    let arrived;
    window.arrival = new Promise((resolve) => { arrived = resolve; }).then(() => { window.arrived = true; });
    window.arrival.done = arrived;
    setTimeout(arrived, 8000);
  }
  return window.arrival;
};
const fields = (form) => Object.fromEntries(new FormData(form));

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button && button.dataset.copy) navigator.clipboard.writeText(button.dataset.copy).then(() => say('copied'));
  if (button && button.dataset.link) {
    navigator.clipboard.writeText(new URL(button.dataset.link, window.location.href.split(/[?#]/)[0]).href).then(() => say('copied'));
  }
  const example = event.target.closest('button.example');
  if (example) act('example', { text: example.textContent });
  const done = event.target.closest('button[data-do]');
  if (done) {
    const form = 'form' in done.dataset ? fields(done.closest('form')) : {};
    const turn = done.closest('.turn');
    const text = done.dataset.do === 'retry' && turn ? { text: turn.querySelector('.question').textContent } : {};
    act(done.dataset.do, { ...form, ...done.dataset, ...text });
  }
});

element.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-do]');
  if (!form) return;
  event.preventDefault();
  act(form.dataset.do, { ...fields(form), ...form.dataset });
});
