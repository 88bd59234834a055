// Runs once for each of our HTML parts; `element`, `trigger`, `watch` and `upload` come from Gradio, EVENTS from the server.
// What has `data-do` goes to the server, with all its data and that of its form.
const say = (text, html) => window.dispatchEvent(new CustomEvent('say', { detail: { text, html } }));
const act = (name, data = {}) => EVENTS.includes(name) && trigger(name, { ...data });
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
    act(done.dataset.do, { ...form, ...done.dataset });
  }
});

element.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-do]');
  if (!form) return;
  event.preventDefault();
  act(form.dataset.do, { ...fields(form), ...form.dataset });
});
