using System.Buffers.Binary;

namespace GpuOps.Channels.Ssh;

/// <summary>Strings in SSH's wire format: a length of four bytes, big end first, and the bytes (RFC 4251, section 5).</summary>
internal static class SshWire
{
    /// <summary>Takes a string off the front.</summary>
    /// <exception cref="InvalidDataException">It is cut off.</exception>
    public static ReadOnlySpan<byte> ReadString(ref ReadOnlySpan<byte> data)
    {
        var length = ReadNumber(ref data);
        if (length > data.Length)
            throw new InvalidDataException("SSH data is cut off.");
        var value = data[..(int)length];
        data = data[(int)length..];
        return value;
    }

    /// <summary>Takes a number off the front.</summary>
    /// <exception cref="InvalidDataException">It is cut off.</exception>
    public static uint ReadNumber(ref ReadOnlySpan<byte> data)
    {
        if (data.Length < sizeof(uint))
            throw new InvalidDataException("SSH data is cut off.");
        var value = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[sizeof(uint)..];
        return value;
    }

    /// <summary>A string with its length.</summary>
    public static byte[] String(ReadOnlySpan<byte> value) => [.. Number((uint)value.Length), .. value];

    /// <summary>A number.</summary>
    public static byte[] Number(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
