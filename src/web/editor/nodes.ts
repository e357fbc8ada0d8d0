/** An element with a text; nothing of it is read as HTML. */
export function node(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

/** A meaning as lines; what follows its first line is an example. */
export function sayNodes(says: string): readonly HTMLElement[] {
  const [meaning = '', ...example] = says.split('\n');
  return [
    ...(meaning === '' ? [] : [node('div', 'cm-says', meaning)]),
    ...(example.length === 0 ? [] : [node('div', 'cm-example', example.join('\n'))]),
  ];
}
