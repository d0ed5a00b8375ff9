/** Charts as files of their own: they look as in the panel, in its present theme, without our style sheets. */

const LOOK = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'paint-order',
  'font-size',
  'font-weight',
] as const;

/** Pixels of a PNG for each unit of the chart. */
const SCALE = 2;

/** The chart as a file: every look is an attribute, so that any program draws it. */
export function standaloneSvg(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [i, original] of originals.entries()) {
    const element = copies[i]!;
    for (const name of ['class', 'role', 'tabindex', 'data-index']) element.removeAttribute(name);
    if (original.matches('title, desc')) continue;
    const look = getComputedStyle(original);
    for (const name of LOOK) element.setAttribute(name, look.getPropertyValue(name));
  }
  for (const hit of svg.querySelectorAll('.hit, g > title')) copies[originals.indexOf(hit)]!.remove();
  const { width, height } = svg.viewBox.baseVal;
  const body = getComputedStyle(document.body);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('role', 'img');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('font-family', body.fontFamily);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', String(width));
  ground.setAttribute('height', String(height));
  ground.setAttribute('fill', body.backgroundColor);
  copy.querySelector('desc')?.after(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** The chart as a PNG in base64. */
export async function pngBase64(svg: SVGSVGElement): Promise<string> {
  return (await drawn(svg)).toDataURL('image/png').replace(/^[^,]*,/, '');
}

/** The chart as a PNG on the clipboard, where the editor lets a panel write there. */
export async function copyPng(svg: SVGSVGElement): Promise<void> {
  try {
    const canvas = await drawn(svg);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png! })]);
  } catch {
    throw new Error('The editor lets no picture onto the clipboard here. Save PNG makes a file of it.');
  }
}

async function drawn(svg: SVGSVGElement): Promise<HTMLCanvasElement> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg(svg))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
