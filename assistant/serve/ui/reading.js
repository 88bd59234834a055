// A click on a marker (#cite-TURN-NUMBER), on a place of the same words (#also-...) or on somebody's words (#said-ARTICLE-NUMBER)
// goes to the server; the cited sentence is then shown in the middle of the reading panel.
element.addEventListener('click', (event) => {
  const marker = event.target.closest('a[href^="#cite-"], a[href^="#also-"], a[href^="#said-"]');
  if (marker) {
    event.preventDefault();
    const anchor = marker.getAttribute('href').slice(1);
    act(anchor.startsWith('said') ? 'said' : 'cite', { anchor });
  }
  const back = event.target.closest('.back a');
  if (back) {
    event.preventDefault();
    const panel = document.querySelector(back.getAttribute('href'));
    const shown = panel.querySelector('a[aria-current]');
    (shown || panel).scrollIntoView({ block: 'center' });
    if (shown) shown.focus({ preventScroll: true });
  }
  const edit = event.target.closest('button[data-do="edit"]');
  if (edit) document.querySelector('#question textarea').focus();
  const thumb = event.target.closest('button.thumb');
  if (thumb) {
    const turn = thumb.closest('.turn');
    for (const one of turn.querySelectorAll('button.thumb')) one.setAttribute('aria-pressed', String(one === thumb));
    const reasons = turn.querySelector('.reasons');
    reasons.hidden = thumb.dataset.good === '1';
    if (!reasons.hidden) reasons.querySelector('input').focus();
  }
});
element.addEventListener('submit', (event) => {
  if (event.target.matches('.reasons')) event.target.hidden = true;
});

const MARKERS = 'a.marker, a.said, a.title, a.dot';
const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';

const showCited = () => {
  const article = document.querySelector('#reading .article');
  if (!article) return;
  for (const link of document.querySelectorAll(MARKERS)) {
    if (link.getAttribute('href') === '#' + article.dataset.shown) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  const panel = document.getElementById('reading');
  const mark = panel.querySelector('mark.active');
  const clicked = Boolean(article.dataset.opened);
  if (!mark) {
    panel.scrollTop = 0;
    if (clicked && panel.scrollHeight <= panel.clientHeight + 1) panel.scrollIntoView({ block: 'start', behavior: calm });
    return;
  }
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

// The question that is being answered goes to the top once; what grows below it moves nothing.
let shownTurns = 0;
const showLatest = () => {
  const turns = element.querySelectorAll('.turn');
  const panel = document.getElementById('transcript');
  if (turns.length && turns.length !== shownTurns && panel.scrollHeight > panel.clientHeight + 1) {
    const latest = turns[turns.length - 1];
    panel.scrollTop += latest.getBoundingClientRect().top - panel.getBoundingClientRect().top - 12;
  }
  shownTurns = turns.length;
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
