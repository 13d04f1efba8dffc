# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# _coldca_offer WORDS-OR-KIND WORD
_coldca_offer() {
	local word
	for word in $1; do
		case $word in
		:dir) compopt -o filenames
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$2") ;;
		:file) compopt -o filenames
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$2") ;;
		"$2"*) COMPREPLY+=("$word") ;;
		esac
	done
}

_coldca() {
	local cur=${COMP_WORDS[COMP_CWORD]} i word option='' name='' second=''
	local words=0 value=''
	COMPREPLY=()

	# What stands before: the command, and an option that waits for a value.
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == '=' ]]; then
			value=$option
		elif [[ -n $value ]]; then
			value='' option=''
		elif [[ $word == --* ]]; then
			option=$word
			value=''
			_coldca_takes_value "$word" && value=$word
		elif [[ -z $name ]]; then
			[[ $word == cert ]] || name=$word
		elif [[ -n $(_coldca_second "$name") ]]; then
			name="$name $word"
		else
			words=$((words + 1))
		fi
	done
	if [[ $cur == '=' ]]; then
		value=${value:-$option} cur=''
	fi

	if [[ -n $value ]]; then
		_coldca_offer "$(_coldca_values "$name" "$value")" "$cur"
	elif [[ $cur == -* ]]; then
		_coldca_offer "$(_coldca_options "$name")" "$cur"
		[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] ||
			compopt -o nospace
	elif [[ -z $name ]]; then
		_coldca_offer "$_coldca_first" "$cur"
	elif second=$(_coldca_second "$name") && [[ -n $second ]]; then
		_coldca_offer "$second" "$cur"
	elif [[ $name == help && $words -eq 0 ]]; then
		_coldca_offer "$_coldca_first" "$cur"
	else
		_coldca_offer "$(_coldca_values "$name" '')" "$cur"
	fi
}

complete -F _coldca coldca
