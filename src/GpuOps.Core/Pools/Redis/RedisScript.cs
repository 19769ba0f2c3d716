using System.Security.Cryptography;
using System.Text;

namespace GpuOps.Pools.Redis;

/// <summary>One operation of the pool, as the server runs it: what all share, then what is its own.</summary>
internal sealed class RedisScript
{
    public static readonly RedisScript Request = new("request", "schedule", "answer");
    public static readonly RedisScript Check = new("check", "schedule", "answer");
    public static readonly RedisScript Decline = new("decline", "schedule", "answer");
    public static readonly RedisScript Release = new("release", "schedule");
    public static readonly RedisScript Reclaim = new("reclaim", "schedule");
    public static readonly RedisScript Beat = new("beat", "schedule");
    public static readonly RedisScript Service = new("service", "schedule", "recount");
    public static readonly RedisScript Initialize = new("initialize", "schedule", "recount", "answer");
    public static readonly RedisScript Read = new("read");
    public static readonly RedisScript Usage = new("usage");
    public static readonly RedisScript Probe = new("probe");
    public static readonly RedisScript Info = new("info");

    /// <param name="name">What is its own.</param>
    /// <param name="shared">What it shares with others, besides what all share.</param>
    private RedisScript(string name, params string[] shared)
    {
        Text = string.Concat(shared.Prepend("prelude").Append(name).Select(Load));
        // Redis names a script by the SHA-1 of its text; nothing secret depends on it.
#pragma warning disable CA5350
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
#pragma warning restore CA5350
    }

    public string Text { get; }

    public byte[] Hash { get; }

    private static string Load(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"GpuOps.Pools.Redis.{name}.lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
