using GpuOps.Errors;

namespace GpuOps.Channels;

/// <summary>
/// A way to run programs on one host: this one, or another over SSH. Any number of callers may use it at once.
/// Errors are <see cref="GpuOpsException"/>: <c>ChannelUnreachable</c> and what else goes wrong before a command was
/// sent (it did not run), <c>ChannelLost</c> when the connection was cut while it ran (nobody knows what it did).
/// </summary>
public interface ICommandChannel : IAsyncDisposable
{
    /// <summary>What a person calls the far end: <c>this host</c>, or <c>ann@dgx:2222</c>.</summary>
    string Description { get; }

    /// <summary>Connects now, where it is not yet, so that who waits for this is asked what has to be asked. Does nothing where there is no connection.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">It says which step failed and why.</exception>
    Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs a program to its end, without a terminal; an exit code other than 0 is a result, not an error.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="cancellationToken">Ends the program: SIGINT, and SIGKILL to what is left a second later.</param>
    /// <exception cref="GpuOpsException">
    /// It was not started (<c>CommandNotFound</c>, <c>FolderNotFound</c>, <c>ChannelUnreachable</c>), or its fate is
    /// unknown (<c>ChannelLost</c>); it is never run twice.
    /// </exception>
    Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken);

    /// <summary>Reads a piece of a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="atMost">How many bytes are wanted at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is there: fewer bytes at the end of the file, none beyond it.</returns>
    /// <exception cref="GpuOpsException"><c>FileNotFound</c> or <c>FileNotReadable</c>.</exception>
    Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken);

    /// <summary>Looks at a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is none, when it is a folder, or when its folder may not be entered.</returns>
    Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken);

    /// <summary>Writes a file that only its owner may read: whole, or not at all. One of that name is replaced.</summary>
    /// <param name="path">Its path; the folder must exist.</param>
    /// <param name="content">What to write.</param>
    /// <param name="isProgram">Mode 0700 instead of 0600.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>FileNotWritten</c>, such as on a full disk; nothing is left behind.</exception>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken);
}
