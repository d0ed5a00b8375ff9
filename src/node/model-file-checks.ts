import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The field of an ONNX ModelProto that holds the graph, and the highest field number it has. */
const GRAPH_FIELD = 7;
const LAST_FIELD = 26;

/**
 * Says what is wrong with a file that should be an ONNX model, or null. Only the outermost protobuf fields are read,
 * a few bytes whatever the size of the model: enough to tell a half-downloaded file, and one that is something else.
 */
export function findOnnxProblem(file: string): string | null {
  const fd = openSync(file, 'r');
  try {
    const size = fstatSync(fd).size;
    if (size === 0) return 'is empty';
    const head = read(fd, 0, 64).toString('latin1');
    if (head.startsWith('version https://git-lfs')) {
      return 'is only a Git LFS pointer; run `git lfs pull` in that folder to get the model itself';
    }
    if (/^\s*</.test(head)) return 'is an HTML or XML page, not a model';
    return walkFields(fd, size);
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`;
  } finally {
    closeSync(fd);
  }
}

/** The first and the last bytes of a file, as text. */
export function readEnds(file: string, length: number): { start: string; end: string } {
  const fd = openSync(file, 'r');
  try {
    const size = fstatSync(fd).size;
    return { start: read(fd, 0, length).toString(), end: read(fd, Math.max(0, size - length), length).toString() };
  } finally {
    closeSync(fd);
  }
}

function walkFields(fd: number, size: number): string | null {
  let at = 0;
  let graph = false;
  while (at < size) {
    const bytes = read(fd, at, 20);
    const tag = varint(bytes, 0);
    if (!tag) return 'is not an ONNX model';
    const field = tag.value >>> 3;
    const wireType = tag.value & 7;
    if (field < 1 || field > LAST_FIELD) return 'is not an ONNX model';
    graph ||= field === GRAPH_FIELD;
    at += tag.length;
    if (wireType === 0 || wireType === 2) {
      const number = varint(bytes, tag.length);
      if (!number) return at + 10 > size ? 'is cut short' : 'is not an ONNX model';
      at += number.length + (wireType === 2 ? number.value : 0);
    } else if (wireType === 1 || wireType === 5) {
      at += wireType === 1 ? 8 : 4;
    } else return 'is not an ONNX model';
  }
  if (at > size) return `is cut short: ${size} of at least ${at} bytes`;
  return graph ? null : 'is not an ONNX model';
}

function read(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
}

function varint(bytes: Buffer, from: number): { value: number; length: number } | null {
  let value = 0;
  for (let i = from; i < bytes.length && i < from + 10; i++) {
    const byte = bytes[i]!;
    value += (byte & 127) * 2 ** (7 * (i - from));
    if (byte < 128) return { value, length: i - from + 1 };
  }
  return null;
}
