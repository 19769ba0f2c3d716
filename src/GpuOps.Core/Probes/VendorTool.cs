using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Probes;

/// <summary>A vendor's command line tool, run until a limit that kills it.</summary>
internal sealed class VendorTool(string path)
{
    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    /// <summary>Finds a program in folders written like <c>PATH</c>.</summary>
    /// <returns>Its full path; null when it is in none of them.</returns>
    public static string? Find(string name, string? folders)
    {
        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (folders ?? Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }

    /// <exception cref="GpuOpsException">It could not be started, or did not end in time.</exception>
    public async Task<ToolOutput> RunAsync(IReadOnlyList<string> arguments, ProbeLimit limit)
    {
        using var process = Start(arguments);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            await Task.WhenAll(output, error, process.WaitForExitAsync(limit.Token)).WaitAsync(limit.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            // Not waited for: a tool inside a hanging driver dies only when the driver lets go of it.
            Kill(process);
            throw limit.Over($"'{path}'");
        }
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new GpuOpsException(
                "GpuToolFailed", GpuOpsErrorKind.Unreachable, $"'{path}' cannot be started: {error.Message}.", path, error);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in this moment.
        }
    }
}
