// Files that are dropped anywhere on the library, or chosen, are uploaded one after the other and then read by the server.
const takeFiles = async (files) => {
  const zone = element.querySelector('.drop');
  if (!zone || !files.length) return;
  zone.setAttribute('aria-busy', 'true');
  const line = zone.querySelector('span');
  const kinds = line.textContent;
  const [sent, failed] = [[], []];
  for (const file of files) {
    line.textContent = `${sent.length + failed.length + 1} / ${files.length}: ${file.name}`;
    try {
      sent.push([(await upload(file)).path, file.name]);
    } catch (error) {
      failed.push(file.name); // the others are sent all the same
    }
  }
  line.textContent = kinds;
  zone.removeAttribute('aria-busy');
  act('take', { files: JSON.stringify(sent), failed: JSON.stringify(failed) });
};

element.addEventListener('change', (event) => {
  if (event.target.type !== 'file') return;
  takeFiles([...event.target.files]);
  event.target.value = '';
});
element.addEventListener('submit', (event) => event.target.reset());

const library = () => document.body.dataset.view === 'library' && element.querySelector('.drop');
window.addEventListener('dragover', (event) => {
  if (!library() || ![...event.dataTransfer.types].includes('Files')) return;
  event.preventDefault();
  library().classList.add('over');
});
window.addEventListener('dragleave', (event) => !event.relatedTarget && library() && library().classList.remove('over'));
window.addEventListener('drop', (event) => {
  if (!library() || !event.dataTransfer.files.length) return;
  event.preventDefault();
  library().classList.remove('over');
  takeFiles([...event.dataTransfer.files]);
});
