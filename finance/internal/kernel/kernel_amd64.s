#include "textflag.h"

// func tileAVX(steps int, a, b *float64, c *[32]float64)
// Y0 to Y7 hold the tile, two registers a row.
TEXT ·tileAVX(SB), NOSPLIT, $0-32
	MOVQ steps+0(FP), CX
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DI
	MOVQ c+24(FP), DX
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3
	VXORPD Y4, Y4, Y4
	VXORPD Y5, Y5, Y5
	VXORPD Y6, Y6, Y6
	VXORPD Y7, Y7, Y7

step:
	VMOVUPD      (DI), Y8
	VMOVUPD      32(DI), Y9
	VBROADCASTSD 0(SI), Y10
	VMULPD       Y8, Y10, Y11
	VADDPD       Y11, Y0, Y0
	VMULPD       Y9, Y10, Y12
	VADDPD       Y12, Y1, Y1
	VBROADCASTSD 8(SI), Y10
	VMULPD       Y8, Y10, Y11
	VADDPD       Y11, Y2, Y2
	VMULPD       Y9, Y10, Y12
	VADDPD       Y12, Y3, Y3
	VBROADCASTSD 16(SI), Y10
	VMULPD       Y8, Y10, Y11
	VADDPD       Y11, Y4, Y4
	VMULPD       Y9, Y10, Y12
	VADDPD       Y12, Y5, Y5
	VBROADCASTSD 24(SI), Y10
	VMULPD       Y8, Y10, Y11
	VADDPD       Y11, Y6, Y6
	VMULPD       Y9, Y10, Y12
	VADDPD       Y12, Y7, Y7
	ADDQ         $32, SI
	ADDQ         $64, DI
	DECQ         CX
	JNZ          step

	VADDPD  0(DX), Y0, Y0
	VMOVUPD Y0, 0(DX)
	VADDPD  32(DX), Y1, Y1
	VMOVUPD Y1, 32(DX)
	VADDPD  64(DX), Y2, Y2
	VMOVUPD Y2, 64(DX)
	VADDPD  96(DX), Y3, Y3
	VMOVUPD Y3, 96(DX)
	VADDPD  128(DX), Y4, Y4
	VMOVUPD Y4, 128(DX)
	VADDPD  160(DX), Y5, Y5
	VMOVUPD Y5, 160(DX)
	VADDPD  192(DX), Y6, Y6
	VMOVUPD Y6, 192(DX)
	VADDPD  224(DX), Y7, Y7
	VMOVUPD Y7, 224(DX)
	VZEROUPPER
	RET

// func rotateAVX(n int, x, y *float64, c, s float64)
// n is a multiple of four and above zero.
TEXT ·rotateAVX(SB), NOSPLIT, $0-40
	MOVQ         n+0(FP), CX
	MOVQ         x+8(FP), SI
	MOVQ         y+16(FP), DI
	VBROADCASTSD c+24(FP), Y0
	VBROADCASTSD s+32(FP), Y1

turn:
	VMOVUPD (SI), Y2
	VMOVUPD (DI), Y3
	VMULPD  Y2, Y0, Y4
	VMULPD  Y3, Y1, Y5
	VADDPD  Y5, Y4, Y4
	VMULPD  Y3, Y0, Y6
	VMULPD  Y2, Y1, Y7
	VSUBPD  Y7, Y6, Y6
	VMOVUPD Y4, (SI)
	VMOVUPD Y6, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $4, CX
	JNZ     turn

	VZEROUPPER
	RET

// func gatherAVX(n int, panel *float64, names *int32, weights *float64, out *[8]float64)
// Y0 and Y1 hold the names at even places, Y2 and Y3 those at odd ones.
TEXT ·gatherAVX(SB), NOSPLIT, $0-40
	MOVQ   n+0(FP), CX
	MOVQ   panel+8(FP), SI
	MOVQ   names+16(FP), DI
	MOVQ   weights+24(FP), BX
	MOVQ   out+32(FP), DX
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3
	SUBQ   $2, CX
	JLT    last

pair:
	MOVLQSX      (DI), R8
	MOVLQSX      4(DI), R9
	SHLQ         $6, R8
	SHLQ         $6, R9
	VBROADCASTSD (BX), Y4
	VBROADCASTSD 8(BX), Y5
	VMULPD       (SI)(R8*1), Y4, Y6
	VMULPD       32(SI)(R8*1), Y4, Y7
	VMULPD       (SI)(R9*1), Y5, Y8
	VMULPD       32(SI)(R9*1), Y5, Y9
	VADDPD       Y6, Y0, Y0
	VADDPD       Y7, Y1, Y1
	VADDPD       Y8, Y2, Y2
	VADDPD       Y9, Y3, Y3
	ADDQ         $8, DI
	ADDQ         $16, BX
	SUBQ         $2, CX
	JGE          pair

last:
	ADDQ         $2, CX
	JZ           done
	MOVLQSX      (DI), R8
	SHLQ         $6, R8
	VBROADCASTSD (BX), Y4
	VMULPD       (SI)(R8*1), Y4, Y6
	VMULPD       32(SI)(R8*1), Y4, Y7
	VADDPD       Y6, Y0, Y0
	VADDPD       Y7, Y1, Y1

done:
	VADDPD  Y2, Y0, Y0
	VADDPD  Y3, Y1, Y1
	VMOVUPD Y0, (DX)
	VMOVUPD Y1, 32(DX)
	VZEROUPPER
	RET
