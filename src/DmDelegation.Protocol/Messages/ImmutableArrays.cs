using System.Collections.Immutable;

namespace DmDelegation.Protocol;

internal static class ImmutableArrays
{
    /// <summary>A default array becomes an empty one, so that no reader of a record meets the uninitialised state.</summary>
    public static ImmutableArray<T> OrEmpty<T>(this ImmutableArray<T> array) => array.IsDefault ? [] : array;
}
