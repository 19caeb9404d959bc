declare module "*?url" {
  /** where the built page has the file */
  const address: string;
  export default address;
}
declare module "*.css";
