interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  /** What there is to choose from, in its words. */
  readonly options: readonly (readonly [Value, string])[];
  readonly disabled?: boolean;
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, disabled = false, onChange } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        aria-label={label}
        disabled={disabled}
        onChange={(event) => {
          const chosen = options.find(([option]) => option === event.currentTarget.value);
          if (chosen) onChange(chosen[0]);
        }}
      >
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
