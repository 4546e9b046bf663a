#compdef linkerd-topology
# zsh completion for linkerd-topology. It evaluates nothing that was typed.
_linkerd_topology() {
  local line value
  local -a found folders
  for line in "${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=${line%%$'\t'*}
    # The last line begins with a colon, and is no answer.
    [[ -n $value && $value != :* ]] || continue
    if [[ $value == */ ]]; then
      folders+=("$value")
    else
      found+=("${value//:/\\:}:${line#*$'\t'}")
    fi
  done
  compset -P '--*='
  _describe linkerd-topology found
  compadd -S '' -a folders
}
# As a file in $fpath it is the function's body; sourced, it defines the function.
if [[ ${funcstack[1]} == _linkerd_topology ]]; then
  _linkerd_topology "$@"
else
  compdef _linkerd_topology linkerd-topology
fi
