/** Markdown that travels inside the executable: `import … with { type: 'text' }`. */
declare module '*.md' {
  const text: string;
  export default text;
}
