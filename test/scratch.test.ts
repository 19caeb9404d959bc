import { describe, expect, it } from "vitest";
import { BACKENDS, runtimeOf } from "./backends";
import { random } from "./cases";
describe.each(BACKENDS)("%s", (b) => {
  it("works", () => {
    const r = runtimeOf(b);
    console.log(b, r.topK([1, 3, 2, 3], 2), r.sample([0, 5, 1], { temperature: 0 }), r.sample([0,5,1],{random:()=>0.5, topP: 0.9}));
    const next = random(3);
    const x = Float32Array.from({length: 151936}, () => 6*(next()+next()+next()-1.5));
    const t = r.topK(x, 50);
    const order = [...x.keys()].sort((a,c)=>x[c]-x[a]||a-c);
    expect([...t.indices]).toEqual(order.slice(0,50));
    expect(t.logSumExp).toBe(r.logSumExp(x));
    for (const k of [1,2,10,500,600,2000,30000,151936]) expect([...r.topK(x,k).indices]).toEqual(order.slice(0,k));
    const flat = Float32Array.from({length: 151936}, () => 0.1*(next()+next()+next()-1.5));
    for (const [v,P,T] of [[x,.95,1],[x,.5,.8],[flat,.95,1],[flat,.1,1],[flat,.95,100]] as const) {
      const ord = [...v.keys()].sort((a,c)=>v[c]-v[a]||a-c);
      const w = ord.map(i=>Math.exp((v[i]-v[ord[0]])/T)); const S = w.reduce((a,c)=>a+c,0);
      let a=0,n=0; while(a<P*S) a+=w[n++];
      let last=-1; 
      const hi = r.sample(v,{topP:P,temperature:T,random:()=>1-2**-53});
      const lastKept = Math.max(...ord.slice(0,n).slice(-100000).concat(ord.slice(0,n).reduce((p,c)=>Math.max(p,c),0)).slice(-1));
      console.log(b,P,T,n,hi, lastKept, w[ord.indexOf(hi.index)]/a);
    }
  });
});
