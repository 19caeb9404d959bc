/**
 * A language model that looks at one token and has its logits in a table, as an ONNX file. Two nodes: Gather takes a row of the table
 * for each token, Cast gives it once more as float16.
 *
 *     input_ids int64[batch, positions]  ->  logits float32[batch, positions, vocabulary], logits16 float16[the same]
 *
 * ONNX is protobuf: a message is its fields one after the other, and a field its number and type, then a whole number, or a length
 * and as many bytes. Numbers of fields and types are those of onnx.proto3 (github.com/onnx/onnx).
 */
function varint(n) {
  return n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)];
}
const number = (field, n) => [...varint(field << 3), ...varint(n)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, string) => bytes(field, new TextEncoder().encode(string));
const message = (field, ...fields) => bytes(field, fields.flat());

const TYPES = { float32: 1, int64: 7, float16: 10 }; // TensorProto.DataType
const INT = 2; // AttributeProto.AttributeType

/** ValueInfoProto: a name, and the type and shape of a tensor; a size that is not known has a name */
function value(field, name, type, shape) {
  const sizes = shape.map((size) => message(1, typeof size === "string" ? text(2, size) : number(1, size)));
  return message(field, text(1, name), message(2, message(1, number(1, TYPES[type]), message(2, ...sizes))));
}

/** NodeProto */
const node = (operator, inputs, output, ...attributes) =>
  message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, operator), ...attributes);

/**
 * @param {Float32Array} table  [vocabulary, vocabulary]: a row of logits for each token
 * @param {number} vocabulary
 * @returns {Uint8Array} the file: a ModelProto
 */
export function gatherModel(table, vocabulary) {
  const raw = new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
  const toFloat16 = message(5, text(1, "to"), number(3, TYPES.float16), number(20, INT));
  const shape = ["batch", "positions", vocabulary];
  const graph = message(
    7,
    node("Gather", ["table", "input_ids"], "logits"),
    node("Cast", ["logits"], "logits16", toFloat16),
    text(2, "table"),
    message(5, number(1, vocabulary), number(1, vocabulary), number(2, TYPES.float32), text(8, "table"), bytes(9, raw)),
    value(11, "input_ids", "int64", ["batch", "positions"]),
    value(12, "logits", "float32", shape),
    value(12, "logits16", "float16", shape),
  );
  return Uint8Array.from([number(1, 8), graph, message(8, number(2, 17))].flat()); // version 8 of the format, 17 of the operators
}
