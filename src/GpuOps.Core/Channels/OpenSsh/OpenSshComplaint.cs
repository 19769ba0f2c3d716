using System.Runtime.Versioning;
using GpuOps.Errors;

namespace GpuOps.Channels.OpenSsh;

/// <summary>What ssh says when it cannot connect.</summary>
[UnsupportedOSPlatform("windows")]
internal static class OpenSshComplaint
{
    private const string Behind = "UNKNOWN port 65535";

    /// <summary>Words that only say again that something else failed.</summary>
    private static readonly string[] Echoes = [Behind, "kex_exchange_identification: Connection closed", "ssh_exchange_identification: Connection closed", "@@@", "Warning: Permanently added"];

    /// <summary>Finds the host that failed, and how.</summary>
    /// <param name="way">The hosts.</param>
    /// <param name="lines">What ssh said, also those for the hosts on the way.</param>
    /// <param name="silence">Why nobody was asked; null when that needs no explanation.</param>
    public static GpuOpsException Read(OpenSshWay way, IReadOnlyList<string> lines, string? silence = null)
    {
        // Every ssh whose connection leads through the one that failed says that it was closed, and knows no port.
        var at = Math.Max(0, way.Hops.Count - 1 - lines.Count(line => line.Contains(Behind, StringComparison.Ordinal)));
        var host = way.Hops[at].Description;
        var said = Said(lines, way.HasJumps);
        if (Says("REVOKED HOST KEY"))
            return Refused("HostKeyRevoked", $"The key of {host} is marked as revoked: {Values.Sentence.Of(said)} Do not connect; ask the administrator of the host.");
        if (Says("HOST IDENTIFICATION HAS CHANGED") || Says("has changed and you have requested strict checking"))
            return Refused("HostKeyChanged", $"The key of {host} is not the known one: {Values.Sentence.Of(said)} Somebody may be listening in, or the host was set up anew. Ask its administrator.");
        if (Says("Host key verification failed"))
            return ChannelErrors.HostKeyUnknown(host, said, way.Hops[at].Host, way.Hops[at].Port, way.Hops[at].KnownHostsFile, silence);
        if (Says("Permission denied (") || Says("Too many authentication failures"))
            return ChannelErrors.AuthenticationFailed(host, $"{string.Join(", ", way.Hops[at].IdentityFiles.Where(File.Exists).Append("what else ssh has"))}. ssh says: {said}", silence: silence);
        return at < way.Hops.Count - 1 ? ChannelErrors.ProxyFailed(host, Says("forwarding failed") ? way.Hops[at + 1].Description : "anywhere", said)
            : ChannelErrors.Unreachable(host, said);

        bool Says(string words) => lines.Any(line => line.Contains(words, StringComparison.Ordinal));

        GpuOpsException Refused(string id, string message) => new(id, GpuOpsErrorKind.Authentication, message, host);
    }

    private static string Said(IReadOnlyList<string> lines, bool hasJumps)
    {
        var telling = lines.Where(line => !Echoes.Skip(hasJumps ? 0 : 3).Any(echo => line.Contains(echo, StringComparison.Ordinal))).Select(line => line.Trim()).ToList();
        var text = string.Join(" ", telling.Count > 0 ? telling : lines.Count > 0 ? lines : ["ssh ended without a word."]);
        // A banner comes from the host.
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }
}
