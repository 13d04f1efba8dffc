# Writes OUTPUT, a C file that holds the text of INPUT as SYMBOL. Octets, since
# C11 promises string literals of 4095 characters only.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," octets "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n\t"
  octets "${octets}")
file(WRITE ${OUTPUT}
  "/* Generated from ${SYMBOL}. */\nextern const char ${SYMBOL}[];\n"
  "const char ${SYMBOL}[] = {\n\t${octets} 0\n};\n")
