/**
 * A TensorFlow Lite file written in code: a chain of operators on float32 tensors. Tables, numbers of fields and of operators are those of
 * schema.fbs (github.com/google-ai-edge/LiteRT).
 */
import { Builder } from "flatbuffers";

const VERSION = 3;
/** BuiltinOperator, its table of options in the union BuiltinOptions, and what stands in that. */
const OPERATORS = {
  SOFTMAX: { code: 25, union: 9, options: (b) => b.addFieldFloat32(0, 1, 0) }, // beta
  LOG_SOFTMAX: { code: 50, union: 36, options: () => {} },
  MUL: { code: 18, union: 21, options: () => {} },
  ADD: { code: 0, union: 11, options: () => {} },
  BATCH_MATMUL: { code: 126, union: 101, options: (b, { transposed }) => b.addFieldInt8(1, Number(transposed), 0) },
};
const ESCAPE = 127; // what stands in the old field of a code above it

function table(b, ...fields) {
  b.startObject(fields.length);
  fields.forEach((field, at) => {
    if (field === undefined) return;
    if (field.offset !== undefined) b.addFieldOffset(at, field.offset, 0);
    else if (field.byte !== undefined) b.addFieldInt8(at, field.byte, 0);
    else b.addFieldInt32(at, field.int, 0);
  });
  return { offset: b.endObject() };
}

function vector(b, offsets) {
  b.startVector(4, offsets.length, 4);
  for (const { offset } of offsets.toReversed()) b.addOffset(offset);
  return { offset: b.endVector() };
}

function ints(b, values) {
  b.startVector(4, values.length, 4);
  for (const value of values.toReversed()) b.addInt32(value);
  return { offset: b.endVector() };
}

function buffer(b, values) {
  if (values === undefined) return table(b);
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return table(b, { offset: b.createByteVector(bytes) });
}

/**
 * @param tensors  by name { shape, values }; values make it a constant
 * @param inputs   names of tensors
 * @param output   name of one
 * @param nodes    { operator, inputs, output, transposed }, in the order they run; transposed: BATCH_MATMUL's second operand
 * @returns        the file
 */
export function tflite({ tensors, inputs, output, nodes }) {
  const b = new Builder(1024);
  const names = Object.keys(tensors);
  const at = (name) => names.indexOf(name);
  const used = [...new Set(nodes.map(({ operator }) => operator))];
  const codes = used.map((operator) => {
    const { code } = OPERATORS[operator];
    return table(b, { byte: Math.min(code, ESCAPE) }, undefined, { int: 1 }, { int: code });
  });
  const buffers = [undefined, ...names.map((name) => tensors[name].values)].map((values) => buffer(b, values));
  const tensorTables = names.map((name, i) => {
    const fields = [ints(b, tensors[name].shape), { byte: 0 }, { int: i + 1 }, { offset: b.createString(name) }];
    return table(b, ...fields);
  });
  const operators = nodes.map(({ operator, inputs: from, output: to, ...node }) => {
    const { union, options } = OPERATORS[operator];
    b.startObject(3);
    options(b, node);
    const settings = { offset: b.endObject() };
    const operands = [ints(b, from.map(at)), ints(b, [at(to)])];
    return table(b, { int: used.indexOf(operator) }, ...operands, { byte: union }, settings);
  });
  const [of, to] = [ints(b, inputs.map(at)), ints(b, [at(output)])];
  const graph = table(b, vector(b, tensorTables), of, to, vector(b, operators));
  const lists = [vector(b, codes), vector(b, [graph]), { offset: b.createString("") }, vector(b, buffers)];
  const model = table(b, { int: VERSION }, ...lists);
  b.finish(model.offset, "TFL3");
  return b.asUint8Array().slice();
}
