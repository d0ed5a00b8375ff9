/** One field of a protobuf message: a length-delimited one for text and bytes, else a small number. */
function field(number: number, value: string | number | Uint8Array): Uint8Array {
  if (typeof value === 'number') return Uint8Array.of(number << 3, value);
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return Uint8Array.of((number << 3) | 2, bytes.length, ...bytes);
}

const message = (...fields: Uint8Array[]) => Uint8Array.from(fields.flatMap((f) => [...f]));

const FLOAT = 1;
const SIZE = 2;

/** A ValueInfoProto: a float tensor of two numbers. */
function value(name: string): Uint8Array {
  const shape = message(field(1, field(1, SIZE)));
  return message(field(1, name), field(2, field(1, message(field(1, FLOAT), field(2, shape)))));
}

/** The smallest ONNX model that computes something, `sum = a + b`, to see whether a device works (onnx.proto3). */
export const ADDITION_MODEL: Uint8Array = (() => {
  const node = message(field(1, 'a'), field(1, 'b'), field(2, 'sum'), field(4, 'Add'));
  const graph = message(
    field(1, node),
    field(2, 'addition'),
    field(11, value('a')),
    field(11, value('b')),
    field(12, value('sum')),
  );
  const irVersion = 8;
  const opset = message(field(1, ''), field(2, 17));
  return message(field(1, irVersion), field(7, graph), field(8, opset));
})();
