# The guest that AcceleratorProbe boots: enters 64-bit mode with paging, counts, and ends QEMU through
# isa-debug-exit with the value 42, which makes QEMU's exit status 85. Rebuild accelerator-probe.bin with:
#   as --64 accelerator-probe.S -o probe.o && ld -Ttext=0x7c00 --oformat=binary probe.o -o accelerator-probe.bin
# Source: AMD64 Architecture Programmer's Manual 2, "Initialization and Activation of Long Mode".

        .equ    PML4, 0x1000            # three pages of tables: the first 2 MiB, mapped to themselves
        .equ    PDPT, 0x2000
        .equ    PD, 0x3000
        .equ    COUNT, 50000000         # 20 ms where the processor runs it, minutes where each step is emulated

        .globl  _start
        .code16
_start:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movl    $PML4, %edi
        movl    %edi, %cr3
        xorl    %eax, %eax
        movl    $3 * 1024, %ecx
        cld
        rep stosl
        movl    $PDPT + 3, PML4         # present, writable
        movl    $PD + 3, PDPT
        movl    $0x83, PD               # and a page of 2 MiB

        movl    %cr4, %eax
        orl     $0x20, %eax             # physical address extension
        movl    %eax, %cr4
        movl    $0xc0000080, %ecx       # EFER
        rdmsr
        orl     $0x100, %eax            # long mode enable
        wrmsr
        lgdt    descriptors_at
        movl    %cr0, %eax
        orl     $0x80000001, %eax       # paging, protection
        movl    %eax, %cr0
        ljmpl   $8, $long_mode

        .code64
long_mode:
        movl    $COUNT, %ecx
count:
        decq    %rcx
        jnz     count
        movb    $42, %al
        outb    %al, $0xf4
stop:
        hlt
        jmp     stop

        .balign 8
descriptors:
        .quad   0
        .quad   0x00209a0000000000      # 64-bit code
descriptors_at:
        .word   descriptors_at - descriptors - 1
        .long   descriptors

        .org    510
        .word   0xaa55
