// The report is a page of its own in a frame without scripts; the frame is as high as it.
element.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-do="show"]');
  if (form) act('show', { ...fields(form), ...form.dataset });
});

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do="download"]');
  if (!button) return;
  event.stopImmediatePropagation(); // its links need to know where this chat is
  act('download', { ...button.dataset, chat: window.location.href.split(/[?#]/)[0].replace(/\/$/, '') });
}, true);

const fit = (frame) => {
  const page = frame.contentDocument && frame.contentDocument.documentElement;
  if (page && frame.checkVisibility()) frame.style.height = page.scrollHeight + 'px';
};
watch('value', () => {
  const frame = element.querySelector('iframe.report');
  if (!frame) return;
  frame.addEventListener('load', () => fit(frame));
  frame.scrollIntoView({ block: 'nearest' });
});
window.addEventListener('resize', () => element.querySelectorAll('iframe.report').forEach(fit));
