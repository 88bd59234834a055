// Runs once for each of our HTML parts; `element`, `trigger` and `watch` come from Gradio.
// A click on a marker (#cite-TURN-NUMBER), on somebody's words (#said-ARTICLE-NUMBER) or on an example goes to the server.
element.addEventListener('click', (event) => {
  const marker = event.target.closest('a[href^="#cite-"], a[href^="#said-"]');
  if (marker) {
    event.preventDefault();
    const anchor = marker.getAttribute('href').slice(1);
    trigger(anchor.startsWith('cite') ? 'cite' : 'said', { anchor });
  }
  const back = event.target.closest('a[href="#transcript"], a[href="#spoken"]');
  if (back) {
    event.preventDefault();
    const panel = document.querySelector(back.getAttribute('href'));
    const shown = panel.querySelector('a[aria-current]');
    (shown || panel).scrollIntoView({ block: 'center' });
    if (shown) shown.focus({ preventScroll: true });
  }
  const example = event.target.closest('button.example');
  if (example) trigger('example', { text: example.textContent });
});

const MARKERS = 'a.marker, a.said';
const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';

// Shows the cited sentence in the middle of the reading panel, and which marker it belongs to.
const showCited = () => {
  const article = document.querySelector('#reading .article');
  if (!article) return;
  for (const link of document.querySelectorAll(MARKERS)) {
    if (link.getAttribute('href') === '#' + article.dataset.shown) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  const panel = document.getElementById('reading');
  const mark = panel.querySelector('mark.active');
  if (!mark) {
    panel.scrollTop = 0;
    return;
  }
  const clicked = Boolean(article.dataset.opened);
  if (panel.scrollHeight > panel.clientHeight + 1) {
    const place = mark.getBoundingClientRect().top - panel.getBoundingClientRect().top + panel.scrollTop;
    const head = panel.querySelector('header').offsetHeight;
    const above = Math.max(head + 24, panel.clientHeight / 3);
    panel.scrollTo({ top: place - above, behavior: clicked ? calm : 'auto' });
  } else if (clicked) {
    // The panel is below the answer (narrow screen): the page itself goes there, but only when asked to.
    mark.scrollIntoView({ block: 'center', behavior: calm });
  }
};

const showLatest = () => {
  const turns = element.querySelectorAll('.turn');
  const panel = document.getElementById('transcript');
  if (turns.length && panel.scrollHeight > panel.clientHeight + 1) {
    const latest = turns[turns.length - 1];
    panel.scrollTop += latest.getBoundingClientRect().top - panel.getBoundingClientRect().top - 12;
  }
};

watch('value', () => {
  if (element.closest('#reading')) showCited();
  if (element.closest('#transcript')) showLatest();
  if (element.closest('#transcript, #spoken')) {
    const article = document.querySelector('#reading .article');
    const shown = article && article.dataset.shown;
    for (const link of element.querySelectorAll(MARKERS)) {
      if (shown && link.getAttribute('href') === '#' + shown) link.setAttribute('aria-current', 'true');
    }
  }
});
