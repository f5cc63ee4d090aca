interface TextFieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly maxLength: number;
  readonly placeholder?: string;
  readonly autofocus?: boolean;
  readonly onChange: (value: string) => void;
}

export function TextField({ label, onChange, autofocus = false, ...rest }: TextFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        {...rest}
        autocomplete="off"
        autofocus={autofocus}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
