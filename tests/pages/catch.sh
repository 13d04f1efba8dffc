#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# look.py sees each fault that it is there for.

. "$(dirname "$0")/../e2e/lib.sh"
need chromium python3

# page NAME BODY
page() {
	printf '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>t</title></head>\n<body>%s</body></html>\n' \
	    "$2" >"$1.html"
}
page sound '<p>sound</p>'
page wide '<p style="width: 2000px">wide</p>'
page small '<p style="font-size: 6px">small</p>'
page fetch '<img src="other.png" alt="">'
page console '<script>console.error("said")</script>'
page cut '<p style="width: 50px; overflow: hidden; white-space: nowrap">all of this is cut off</p>'
page over '<svg viewBox="0 0 300 50" width="300"><text x="0" y="20">first label</text><text x="10" y="20">second</text></svg>'

ran "$(dirname "$0")/look.py" keep sound.html wide.html small.html fetch.html \
    console.html cut.html over.html
is 'status' 1 "$status"
lacks 'a fault of what is sound' grep '^sound' out
says '^wide-1280-light: is [0-9]+ pixels wide'
says '^wide-400-dark: wide: <p'
says '^small-1280-light: small: <p'
says '^fetch-1280-light: asks for file:.*other\.png'
says '^console-1280-light: console: .*said'
says '^console-1280-light: has a script'
says '^cut-400-light: clipped: <p'
says '^over-1280-light: labels: first label / second'
holds 'a picture' test -s keep/sound-400-light.png
holds 'a PDF' test -s keep/sound.pdf
finish
