using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Channels;

/// <summary>What channels say went wrong, in one place, so that every kind of channel says it alike.</summary>
internal static class ChannelErrors
{
    public static GpuOpsException CommandNotFound(string program, string host, Exception? cause = null) =>
        new("CommandNotFound", GpuOpsErrorKind.NotFound, $"There is no program '{Excerpt.Of(program)}' on {host}. Give its full path, or put its folder into PATH there.", program, cause);

    public static GpuOpsException FolderNotFound(string folder, string host) =>
        new("FolderNotFound", GpuOpsErrorKind.NotFound, $"The folder '{folder}' does not exist on {host}, or may not be entered.", folder);

    public static GpuOpsException FileNotFound(string path, string host) =>
        new("FileNotFound", GpuOpsErrorKind.NotFound, $"There is no file '{path}' on {host}.", path);

    public static GpuOpsException FileNotReadable(string path, string host, string reason) =>
        new("FileNotReadable", GpuOpsErrorKind.NotAllowed, $"The file '{path}' on {host} cannot be read: {reason}", path);

    public static GpuOpsException FileNotWritten(string path, string host, string reason) =>
        new("FileNotWritten", GpuOpsErrorKind.Exhausted, $"The file '{path}' on {host} cannot be written: {reason}", path);

    public static GpuOpsException Unreachable(string host, string reason, Exception? cause = null) =>
        new("ChannelUnreachable", GpuOpsErrorKind.Unreachable, $"{host} cannot be reached: {reason}", host, cause);

    public static GpuOpsException Lost(string host, string program, Exception? cause) =>
        new("ChannelLost", GpuOpsErrorKind.Lost, $"The connection to {host} was lost while '{Excerpt.Of(program)}' ran; nobody knows whether it took effect. Look before you run it again.", host, cause);

    public static GpuOpsException LoginShell(string host, string said) =>
        new("LoginShellFailed", GpuOpsErrorKind.NotAllowed, $"The login shell on {host} does not run commands{(said.Length > 0 ? $"; it said: {Excerpt.Of(said)}" : ".")} The account needs a shell that takes -c.", host);

    public static GpuOpsException ProxyFailed(string hop, string next, string reason, Exception? cause = null) =>
        new("SshProxyFailed", GpuOpsErrorKind.Unreachable, $"The jump host {hop} does not lead to {next}: {reason}", hop, cause);

    public static GpuOpsException HostKeyUnknown(string name, string details, string host, int port, string file, string? silence = null) =>
        new("HostKeyUnknown", GpuOpsErrorKind.Authentication, $"The key of {name} is not known ({details}). Compare it with what the administrator says, then add it: ssh-keyscan {(port == 22 ? "" : $"-p {port} ")}{host} >> {file}{Also(silence)}", name);

    public static GpuOpsException AuthenticationFailed(string host, string tried, Exception? cause = null, string? silence = null) =>
        new("SshAuthenticationFailed", GpuOpsErrorKind.Authentication, $"{host} refused to let you in. Tried: {tried}.{Also(silence)}", host, cause);

    private static string Also(string? sentence) => sentence is null ? "" : $" {sentence}";
}
