using System.Collections.Concurrent;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>Reads what GPUs are, each text once: it hardly ever changes and comes with every answer.</summary>
internal sealed class StoredGpus
{
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<string, StoredGpu> _known = new(StringComparer.Ordinal);

    public StoredGpu Read(RedisResult json)
    {
        var text = (string)json!;
        if (_known.TryGetValue(text, out var gpu))
            return gpu;
        if (_known.Count >= Most)
            _known.Clear();
        return _known[text] = RedisReplies.Parse(text, RedisJson.Default.StoredGpu);
    }
}
