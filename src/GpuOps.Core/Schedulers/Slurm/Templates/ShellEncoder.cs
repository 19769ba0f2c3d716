using System.Text.Encodings.Web;
using GpuOps.Channels;

namespace GpuOps.Schedulers.Slurm.Templates;

/// <summary>Quotes for the shell what a template puts in, where others quote for HTML: a template is safe unless it says <c>raw</c>.</summary>
internal sealed class ShellEncoder : TextEncoder
{
    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 7;

    /// <inheritdoc/>
    public override string Encode(string value) => PosixShell.Defuse(value);

    /// <inheritdoc/>
    public override void Encode(TextWriter output, string value, int startIndex, int characterCount) =>
        output.Write(Encode(value.Substring(startIndex, characterCount)));

    /// <inheritdoc/>
    public override void Encode(TextWriter output, char[] value, int startIndex, int characterCount) =>
        output.Write(Encode(new string(value, startIndex, characterCount)));

    /// <inheritdoc/>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) => textLength == 0 ? -1 : 0;

    /// <inheritdoc/>
    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        throw new NotSupportedException("Words are quoted whole.");

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => true;
}
