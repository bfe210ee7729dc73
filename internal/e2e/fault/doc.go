// Package fault breaks what the program stands on, and looks at what the program does.
//
// Model: the real program, built from this source, serves over HTTP in a process of its
// own, and its commands work beside it. Something under it breaks: the process is killed,
// its disk is full or cannot be written, its database goes away or stops answering, its
// clock jumps, somebody guesses passwords. While that lasts, and when it is over, the
// tests ask what people would ask.
//
// What must hold: what was acknowledged is there, whole and once; what cannot be done is
// refused quickly, with the reason, and with what to do; what can be done goes on; and
// when the cause is gone everything works again in the same process.
package fault
