using GpuOps.Channels;

namespace GpuOps.Unit.Channels;

/// <summary>A channel, a folder at its end, and what goes away with it.</summary>
internal sealed record ChannelPlace(ICommandChannel Channel, string Folder, IAsyncDisposable? Rig = null) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        if (Rig is not null)
            await Rig.DisposeAsync();
    }
}
