using System.Text;

namespace GpuOps.Channels;

/// <summary>What a program left when it ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal's number when a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int ExitCode, byte[] Output, byte[] Error)
{
    /// <summary>Standard output as UTF-8; bytes that are none become U+FFFD.</summary>
    public string OutputText => Encoding.UTF8.GetString(Output);

    /// <summary>Standard error as UTF-8; bytes that are none become U+FFFD.</summary>
    public string ErrorText => Encoding.UTF8.GetString(Error);
}
