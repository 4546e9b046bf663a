# bash completion for linkerd-topology. It needs nothing but bash, and evaluates nothing that was typed.
_linkerd_topology() {
  # Bash hands out words that are cut at = and :, and takes back the last piece alone.
  local left=${COMP_LINE:0:COMP_POINT} word value i last=0
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i == 0)) || [[ $left == [[:space:]]* ]]; then
      left=${left#"${left%%[![:space:]]*}"}
      last=${#words[@]}
      words[last]=
    fi
    word=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=$left
    words[last]+=$word
    left=${left#"$word"}
  done
  local typed=${words[last]}
  local piece=${typed##*[=:]}
  local before=${typed%"$piece"}
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    # The last line begins with a colon, and is no answer.
    [[ -n $value && $value != :* ]] || continue
    value=${value#"$before"}
    [[ $value == "$piece"* ]] || continue
    [[ $value != */ ]] || compopt -o nospace 2>/dev/null
    printf -v value %q "$value"
    COMPREPLY+=("$value")
  done < <("${COMP_WORDS[0]}" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _linkerd_topology linkerd-topology
