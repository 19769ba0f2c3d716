using System.Runtime.InteropServices;
using System.Text;

namespace GpuOps.Processes;

/// <summary>Strings as C takes them: an array of pointers that a null ends, to UTF-8 that a zero ends.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte** _memory;

    public NativeStrings(IReadOnlyList<string> strings)
    {
        var pointers = (nuint)((strings.Count + 1) * sizeof(byte*));
        var bytes = strings.Aggregate((nuint)0, static (sum, text) => sum + (nuint)Encoding.UTF8.GetByteCount(text) + 1);
        _memory = (byte**)NativeMemory.Alloc(pointers + bytes);
        var next = (byte*)_memory + pointers;
        for (var at = 0; at < strings.Count; at++)
        {
            _memory[at] = next;
            var length = Encoding.UTF8.GetBytes(strings[at], new Span<byte>(next, Encoding.UTF8.GetByteCount(strings[at])));
            next[length] = 0;
            next += length + 1;
        }

        _memory[strings.Count] = null;
    }

    /// <summary>The array, valid until this is disposed.</summary>
    public byte** Pointer => _memory;

    public void Dispose() => NativeMemory.Free(_memory);
}
