using System.ComponentModel;
using System.Diagnostics;
using GpuOps.Errors;

namespace GpuOps.Channels;

/// <summary>Runs a program of this host in the background, without a shell and without a terminal.</summary>
public static class LocalProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments, passed as they are.</param>
    /// <param name="environment">Variables to set on top of this process's.</param>
    /// <param name="folder">The working folder.</param>
    /// <param name="output">Told each line of standard output, from any thread, in order.</param>
    /// <param name="error">Told each line of standard error, likewise.</param>
    /// <param name="cancellationToken">Gives up waiting; the process is the caller's to end.</param>
    /// <returns>The exit code; 128 + the signal's number when a signal ended it.</returns>
    public static async Task<int> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string folder,
        Action<string> output,
        Action<string> error,
        CancellationToken cancellationToken)
    {
        using var process = Start(program, arguments, environment, folder);
        process.StandardInput.Close();
        await Task.WhenAll(
            DrainAsync(process.StandardOutput, output, cancellationToken),
            DrainAsync(process.StandardError, error, cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>Starts a program whose three streams are pipes of the caller.</summary>
    /// <exception cref="GpuOpsException"><c>CommandNotStarted</c>, with the system's reason.</exception>
    internal static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw new GpuOpsException("CommandNotStarted", GpuOpsErrorKind.NotFound, $"'{start.FileName}' cannot be started: {fault.Message}", start.FileName, fault);
        }
    }

    private static async Task DrainAsync(StreamReader reader, Action<string> line, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            line(text);
        }
    }
}
