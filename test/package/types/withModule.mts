// Where WebAssembly has a type (the DOM's, a worker's, workerd's), a runtime's module is that.
import { expectTypeOf } from "expect-type";
import type { RuntimeOptions, WasmModule } from "softmax-wasm";

expectTypeOf<WasmModule>().toEqualTypeOf<WebAssembly.Module>();
expectTypeOf<RuntimeOptions["module"]>().toEqualTypeOf<
  WebAssembly.Module | readonly WebAssembly.Module[] | undefined
>();
