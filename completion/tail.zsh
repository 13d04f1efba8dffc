# SPDX-License-Identifier: Apache-2.0
_coldca_offer() {
	local what=$1 word
	local -a plain_words
	for word in ${=what}; do
		case $word in
		:dir) _files -/ ;;
		:file) _files ;;
		*) plain_words+=$word ;;
		esac
	done
	(( $#plain_words )) && compadd -a plain_words
	return 0
}

_coldca() {
	local name='' word option='' i
	local -a valued plain

	for ((i = 2; i < CURRENT; i++)); do
		word=$words[i]
		if [[ -n $option ]]; then
			option=''
		elif [[ $word == --*=* ]]; then
			:
		elif [[ $word == --* ]]; then
			[[ -n $name && -n ${_coldca_values[(I)$name:$word]} ]] && option=$word
		elif [[ -z $name ]]; then
			[[ $word == cert ]] || name=$word
		elif [[ -n ${_coldca_second[$name]} ]]; then
			name="$name $word"
		fi
	done

	if [[ -n $option ]]; then
		_coldca_offer "${_coldca_values[$name:$option]}"
	elif [[ $PREFIX == --*=* ]]; then
		option=${PREFIX%%=*}
		compset -P '*='
		_coldca_offer "${_coldca_values[$name:$option]}"
	elif [[ $PREFIX == -* ]]; then
		_coldca_options "$name"
		_describe -o 'option' valued -S '' -- plain
	elif [[ -z $name || $name == help ]]; then
		_describe 'command' _coldca_first
	elif [[ -n ${_coldca_second[$name]} ]]; then
		_coldca_offer "${_coldca_second[$name]}"
	else
		_coldca_offer "${_coldca_words[$name]}"
	fi
}

_coldca "$@"
