export interface Matcher {
  matches(v: string): boolean;
}
