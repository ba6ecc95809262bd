type Json<Value> = Value extends readonly (infer Item)[]
  ? Json<Item>[]
  : Value extends object
    ? { [Key in keyof Value]: Json<Exclude<Value[Key], undefined>> }
    : Value;

/** A value as it goes over the wire: without the fields that are undefined. */
export const asJson = <Value>(value: Value): Json<Value> => JSON.parse(JSON.stringify(value));
