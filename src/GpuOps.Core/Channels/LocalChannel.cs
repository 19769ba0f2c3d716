using System.ComponentModel;
using System.Diagnostics;
using GpuOps.Errors;
using GpuOps.Files;
using GpuOps.Pools.Reservations;

namespace GpuOps.Channels;

/// <summary>Runs programs on this host.</summary>
public sealed class LocalChannel : ICommandChannel
{
    private const string Host = "this host";
    private const int NoEntry = 2, Interrupt = 2;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Endings _endings = new();

    /// <inheritdoc/>
    public string Description => Host;

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        cancellationToken.ThrowIfCancellationRequested();
        var process = Start(command);
        var run = FinishAsync(process, command, cancellationToken);
        try
        {
            return await run.WaitAsync(cancellationToken);
        }
        finally
        {
            if (run.IsCompleted)
                process.Dispose();
            else
                await _endings.AddAsync(EndAsync(process, run));
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete, options: FileOptions.Asynchronous);
            var buffer = new byte[(int)Math.Clamp(RandomAccess.GetLength(file) - offset, 0, atMost)];
            var length = 0;
            for (int read; length < buffer.Length && (read = await RandomAccess.ReadAsync(file, buffer.AsMemory(length), offset + length, cancellationToken)) > 0;)
                length += read;
            return buffer[..length];
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ChannelErrors.FileNotFound(path, Host);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ChannelErrors.FileNotReadable(path, Host, fault.Message);
        }
    }

    /// <inheritdoc/>
    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            return Task.FromResult(file.Exists && FileIdentity.Of(path) is { } identity
                ? new ChannelFile(file.Length, (long)identity.File, DateTimeOffset.FromUnixTimeSeconds(new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds()))
                : null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult<ChannelFile?>(null);
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = isProgram ? OwnerOnly | UnixFileMode.UserExecute : OwnerOnly;
        try
        {
            await using (var file = new FileStream(draft, options))
                await file.WriteAsync(content, cancellationToken);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception fault)
        {
            TryDelete(draft);
            if (fault is IOException or UnauthorizedAccessException)
                throw ChannelErrors.FileNotWritten(path, Host, fault.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _endings.AllAsync();

    private static Process Start(ChannelCommand command)
    {
        if (command.Folder is { } folder && !Directory.Exists(folder))
            throw ChannelErrors.FolderNotFound(folder, Host);
        var program = command.Arguments[0];
        try
        {
            return LocalProcess.Start(program, command.Arguments.Skip(1), command.Environment, command.Folder);
        }
        catch (GpuOpsException fault) when (fault.InnerException is Win32Exception { NativeErrorCode: NoEntry })
        {
            throw ChannelErrors.CommandNotFound(program, Host, fault);
        }
    }

    private static async Task<CommandResult> FinishAsync(Process process, ChannelCommand command, CancellationToken cancellationToken)
    {
        var output = OutputReading.ReadAsync(process.StandardOutput.BaseStream, command.OutputReader, cancellationToken);
        var error = OutputReading.ReadAsync(process.StandardError.BaseStream, null, cancellationToken);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(command.Input, CancellationToken.None);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended, or closed its input, before it had read everything: its right.
        }

        await process.WaitForExitAsync(CancellationToken.None);
        return new CommandResult(process.ExitCode, await OutputReading.ResultAsync(output, process.ExitCode), await error);
    }

    private static async Task EndAsync(Process process, Task run)
    {
        using (process)
        {
            if (!OperatingSystem.IsWindows())
            {
                _ = LocalProcesses.Signal(process.Id, Interrupt);
                await Task.WhenAny(run, Task.Delay(Grace));
            }

            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What stopped the writing stops the deleting.
        }
    }
}
