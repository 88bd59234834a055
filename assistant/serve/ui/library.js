// The table of articles: the form, the order and the page go to the server together; chosen rows stay here.
let newest = { index: '', state: 0 };
const look = (more = {}) => {
  const form = element.querySelector('form.look');
  return { ...(form ? fields(form) : {}), ...more };
};
const chosenRows = () => [...element.querySelectorAll('input[name=row]:checked')].map((box) => box.value);

window.addEventListener('shown', (event) => {
  if (event.detail.view !== 'library') return;
  act('visit', look());
  if (event.detail.address.startsWith('article=')) act('read', { id: event.detail.address.slice(8).split('&')[0] });
});

// A table that was asked for before a change may come after one that was asked for later: then it is asked for again, once.
watch('value', () => {
  const shown = element.querySelector('[data-state]');
  if (!shown) return;
  const { index, state } = shown.dataset;
  const isOld = index === newest.index && Number(state) < newest.state;
  newest = { index, state: Number(state) };
  if (isOld) act('look', look());
});

element.addEventListener('click', (event) => {
  const link = event.target.closest('a.title');
  if (link) {
    event.preventDefault();
    act('read', { id: link.getAttribute('href').slice('#article-'.length) });
  }
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  // The order and the page of the table go with what the form holds.
  if (['order', 'leaf'].includes(button.dataset.do)) event.stopImmediatePropagation();
  if (button.dataset.do === 'order') act('order', look({ order: button.dataset.order }));
  if (button.dataset.do === 'leaf') act('leaf', look({ page: button.dataset.page }));
}, true);

element.addEventListener('change', (event) => {
  if (event.target.name === 'row') {
    const ids = chosenRows();
    const bar = element.querySelector('.chosen-rows');
    bar.hidden = !ids.length;
    const count = bar.querySelector('[data-count]');
    count.textContent = count.dataset.count.replace('{n}', ids.length);
    for (const button of bar.querySelectorAll('button')) button.dataset.ids = ids.join(',');
  }
  if (event.target.matches('form.look select')) act('look', look());
});
