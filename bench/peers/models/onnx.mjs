/**
 * An ONNX file written in code: a graph of nodes on float32 tensors. ONNX is protobuf: a message is its fields one after the other, and a
 * field its number and type, then a whole number, or a length and as many bytes. Numbers are those of onnx.proto3 (github.com/onnx/onnx).
 */
function varint(n) {
  if (n < 0) return bigVarint(BigInt.asUintN(64, BigInt(n)));
  return n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)];
}
function bigVarint(n) {
  return n < 128n ? [Number(n)] : [Number(n & 127n) | 128, ...bigVarint(n >> 7n)];
}
const number = (field, n) => [...varint(field << 3), ...varint(n)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, string) => bytes(field, new TextEncoder().encode(string));
const message = (field, ...fields) => bytes(field, fields.flat());

/** TensorProto.DataType, and how a constant of it lies in the file. */
const TYPES = { float32: { code: 1, Array: Float32Array }, int64: { code: 7, Array: BigInt64Array } };
const INT = { code: 2, field: 3 }; // of AttributeProto
const INTS = { code: 7, field: 8 };

const IR_VERSION = 10;
const OPSET = 23; // the first with Attention

function attribute([name, value]) {
  const { code, field } = Array.isArray(value) ? INTS : INT;
  const values = [value].flat().map((n) => number(field, n));
  return message(5, text(1, name), ...values, number(20, code));
}

/** ValueInfoProto: name, type, shape. */
function value(field, { name, shape, type = "float32" }) {
  const sizes = shape.map((size) => message(1, number(1, size)));
  return message(field, text(1, name), message(2, message(1, number(1, TYPES[type].code), message(2, ...sizes))));
}

/** TensorProto: a constant. */
function constant([name, { shape, values, type = "float32" }]) {
  const { code, Array: Values } = TYPES[type];
  const raw = new Uint8Array(Values.from(values).buffer);
  return message(5, ...shape.map((size) => number(1, size)), number(2, code), text(8, name), bytes(9, raw));
}

function node([operator, inputs, outputs, attributes = {}]) {
  const names = [...inputs.map((name) => text(1, name)), ...[outputs].flat().map((name) => text(2, name))];
  return message(1, ...names, text(4, operator), ...Object.entries(attributes).map(attribute));
}

/**
 * @param nodes      [operator, names of inputs, names of outputs, attributes], in the order they run
 * @param inputs     { name, shape } each
 * @param outputs    the same
 * @param constants  by name { shape, values, type }
 * @returns          the file
 */
export function onnx({ nodes, inputs, outputs, constants = {} }) {
  const graph = message(
    7,
    ...nodes.map(node),
    text(2, "graph"),
    ...Object.entries(constants).map(constant),
    ...inputs.map((of) => value(11, of)),
    ...outputs.map((of) => value(12, of)),
  );
  return Uint8Array.from([number(1, IR_VERSION), graph, message(8, number(2, OPSET))].flat());
}
