using System.Globalization;

namespace GpuOps.Pools.Redis;

/// <summary>A grant or a waiting request, as the store keeps it; times in ms of the pool's clock.</summary>
internal sealed record StoredClaim(string Id)
{
    public required long Last { get; init; }

    public required long Due { get; init; }

    /// <summary>Whether heartbeats do not move <see cref="Due"/>.</summary>
    public required bool IsFixed { get; init; }

    public required long Since { get; init; }

    public required long Place { get; init; }

    /// <summary>The fencing number; 0 while it waits.</summary>
    public required long Fence { get; init; }

    public required long Granted { get; init; }

    public required int[] Gpus { get; init; }

    public required int[] Units { get; init; }

    public required StoredRequest Request { get; init; }

    public ProcessIdentity? Holder { get; init; }

    public bool IsHeld => Fence > 0;

    /// <summary>Reads a claim; prelude.lua says how it is written.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="text">The text.</param>
    /// <param name="sent">The request, where the text leaves it out.</param>
    public static StoredClaim Read(string id, string text, StoredRequest? sent = null)
    {
        var json = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        var holder = text.IndexOf('\n', json) + 1;
        var parts = text[..(json - 1)].Split(' ');
        var gpus = new int[parts.Length - 8];
        var units = new int[gpus.Length];
        for (var n = 0; n < gpus.Length; n++)
        {
            var part = parts[n + 8].AsSpan();
            var colon = part.IndexOf(':');
            gpus[n] = int.Parse(part[..colon], CultureInfo.InvariantCulture);
            units[n] = int.Parse(part[(colon + 1)..], CultureInfo.InvariantCulture);
        }
        return new StoredClaim(id)
        {
            Last = Number(0),
            Due = Number(2),
            IsFixed = parts[3] == "1",
            Since = Number(4),
            Place = Number(5),
            Fence = Number(6),
            Granted = Number(7),
            Gpus = gpus,
            Units = units,
            Request = sent is not null && holder == json + 1
                ? sent
                : RedisReplies.Parse(text[json..(holder - 1)], RedisJson.Default.StoredRequest),
            Holder = StoredHolder.Read(text[holder..]),
        };

        long Number(int index) => long.Parse(parts[index], CultureInfo.InvariantCulture);
    }
}
