// Where nothing declares WebAssembly, a runtime's module is any object, and the package's types need no more than ES2022.
import { expectTypeOf } from "expect-type";
import { createRuntime, type WasmModule } from "softmax-wasm";

expectTypeOf<WasmModule>().toEqualTypeOf<object>();
createRuntime({ module: {} });
// @ts-expect-error: no object
createRuntime({ module: "rows.wasm" });
// @ts-expect-error: this file is compiled where there is no document
document.title = "";
