/**
 * The smallest language model there is, as an ONNX file: it looks at one word, and knows how often each word came after it in a
 * few sentences. Two nodes: Gather takes the row of that word from a table, Cast gives it once more as float16.
 *
 *     token int64[1]  ->  logits float32[1, words], logits16 float16[1, words]
 *
 * ONNX is protobuf: a message is its fields one after the other, and a field its number and type, then a whole number, or a length
 * and as many bytes. Numbers of fields and types are those of onnx.proto3 (github.com/onnx/onnx).
 */
const TEXT = `the cat sat on the mat . the dog sat on the rug . the cat saw the dog . the dog ran to the mat .
the cat ran to the dog . the dog saw the cat on the rug .`.split(/\s+/);

export const WORDS = [...new Set(TEXT)];

/** logits[a, b] = log of how often word b follows word a; -Infinity where it never does. */
function logCounts() {
  const counts = new Float32Array(WORDS.length ** 2);
  const indices = TEXT.map((word) => WORDS.indexOf(word));
  indices.slice(1).forEach((b, i) => {
    counts[indices[i] * WORDS.length + b]++;
  });
  return counts.map(Math.log);
}

function varint(n) {
  return n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)];
}
const number = (field, n) => [...varint(field << 3), ...varint(n)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, string) => bytes(field, new TextEncoder().encode(string));
const message = (field, ...fields) => bytes(field, fields.flat());

const TYPES = { float32: 1, int64: 7, float16: 10 }; // TensorProto.DataType
const INT = 2; // AttributeProto.AttributeType

/** ValueInfoProto: a name, and the type and shape of a tensor */
function value(field, name, type, shape) {
  const sizes = shape.map((n) => message(1, number(1, n)));
  return message(field, text(1, name), message(2, message(1, number(1, TYPES[type]), message(2, ...sizes))));
}

/** NodeProto */
const node = (operator, inputs, output, ...attributes) =>
  message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, operator), ...attributes);

/** @returns {Uint8Array} the file: a ModelProto */
export function bigramModel() {
  const count = WORDS.length;
  const table = new Uint8Array(logCounts().buffer);
  const toFloat16 = message(5, text(1, "to"), number(3, TYPES.float16), number(20, INT));
  const graph = message(
    7,
    node("Gather", ["table", "token"], "logits"),
    node("Cast", ["logits"], "logits16", toFloat16),
    text(2, "bigrams"),
    message(5, number(1, count), number(1, count), number(2, TYPES.float32), text(8, "table"), bytes(9, table)),
    value(11, "token", "int64", [1]),
    value(12, "logits", "float32", [1, count]),
    value(12, "logits16", "float16", [1, count]),
  );
  return Uint8Array.from([number(1, 8), graph, message(8, number(2, 17))].flat()); // version 8 of the format, 17 of the operators
}
