using System.Security.Cryptography;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>
/// Replaces a file in one step, so that a reader sees the old text or the new one, and two writers one after the other.
/// </summary>
internal sealed class ConfigurationFileWriter(ConfigurationEnvironment environment, TimeProvider time)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;
    private const UnixFileMode ReadableFolder = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockedOnLinux = 11;
    private const int LockedOnMacOS = 35;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Rewrites a file; a link stays a link and its target is rewritten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="scope">Whose file it is, which decides who may read a new one.</param>
    /// <param name="rewrite">Makes the new text from the old, which is empty when there is no file.</param>
    /// <param name="cancellationToken">Ends the wait for another writer.</param>
    /// <returns>False when the text was the same; nothing was then written.</returns>
    public async Task<bool> RewriteAsync(string path, ConfigurationScope scope, Func<string, string> rewrite, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
            await using var mine = await LockAsync(target, cancellationToken);
            var before = ConfigurationText.ReadBytes(target);
            var text = ConfigurationText.Read(target) ?? "";
            var result = rewrite(text);
            if (result == text) return false;

            // A file the next reader would refuse for its size is not written.
            var bytes = Encoding.UTF8.GetBytes(result);
            if (bytes.Length > ConfigurationText.Largest) throw new IOException($"the file would be larger than {ConfigurationText.Largest} bytes");
            var hasMark = before is not null && before.AsSpan().StartsWith(Encoding.UTF8.Preamble);
            Replace(target, scope, before, hasMark ? [.. Encoding.UTF8.Preamble, .. bytes] : bytes);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException(
                "ConfigurationNotWritten",
                GpuOpsErrorKind.NotAllowed,
                $"{path} cannot be written: {e.Message.TrimEnd('.')}. It was left as it was.{(scope == ConfigurationScope.Machine ? " The machine's file is for administrators." : "")}",
                path,
                e);
        }
    }

    private static void Replace(string target, ConfigurationScope scope, byte[]? before, byte[] after)
    {
        var folder = Path.GetDirectoryName(target) ?? "/";
        MakeFolder(folder, scope);
        var mode = OperatingSystem.IsWindows() ? default : before is null ? NewMode(scope) : File.GetUnixFileMode(target);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(after);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, mode);
            // An editor does not know our lock.
            if (!(ConfigurationText.ReadBytes(target) ?? []).AsSpan().SequenceEqual(before ?? []))
                throw new IOException("somebody else changed it at the same moment; try again");
            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static UnixFileMode NewMode(ConfigurationScope scope) => scope == ConfigurationScope.User ? Private : Readable;

    private static void MakeFolder(string folder, ConfigurationScope scope)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, scope == ConfigurationScope.User ? PrivateFolder : ReadableFolder);
    }

    // Not beside the file: a lock left in a project's folder would end up in its repository. Never deleted: whoever
    // waits for it may have it open already.
    private async Task<FileStream> LockAsync(string target, CancellationToken cancellationToken)
    {
        var folder = environment.UserStateFolder is { } state ? Path.Combine(state, "locks") : Path.GetDirectoryName(target) ?? "/";
        MakeFolder(folder, ConfigurationScope.User);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)))[..16];
        var path = Path.Combine(folder, $"configuration-{name}.lock");
        for (var start = time.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult is SharingViolation or LockedOnLinux or LockedOnMacOS)
            {
                if (time.GetElapsedTime(start) > LongestWait)
                {
                    throw new GpuOpsException(
                        "ConfigurationLocked",
                        GpuOpsErrorKind.Busy,
                        $"{target} is being written by another process for more than {LongestWait.TotalSeconds:0} s. Try again; the lock is {path}.",
                        target,
                        e);
                }
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
